// Mocha's usual reporter, which also writes its counts to a file: text is for people, and is not to be parsed.
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class CountingReporter extends Mocha.reporters.Spec {
  done(failures, end) {
    const { passes } = this.stats;
    writeFileSync(this.options.reporterOption.output, JSON.stringify({ passes, failures: this.stats.failures }));
    end?.(failures);
  }
};
