// Type-aware lint. The strict preset of typescript-eslint holds; what differs from it has its reason beside it.
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "dist-mutants/", "runs/", "node_modules/", "**/testdata/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ["tsconfig.json", "tsconfig.worker.json"], tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Never to be switched off, not even in a line: a promise that nobody waits for is how a harness lies.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      // A verdict or a kind that is added must be seen by every switch, unless the switch says what happens to the rest.
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],

      // Messages say what came, and nothing may have come. Objects stay forbidden: they become "[object Object]".
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true, allowNullish: true, allowRegExp: true }],
      // `return close()` ends a function early in one statement, and `() => close()` needs no braces.
      "@typescript-eslint/no-confusing-void-expression": "off",
      // `void` also tells a reader that a value is meant to be dropped, in an arrow function that must give none.
      "@typescript-eslint/no-meaningless-void-operator": "off",
      // The contract's verbs, checks and handlers are asynchronous by their type, whether or not this one has to wait.
      "@typescript-eslint/require-await": "off",
      // `_` names what a signature demands and this function does not need.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
      // Types say what a document promises, and the other side of a boundary may break it: such a test is not needless.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
  {
    // Isolate programs ask runtimes what they have and provoke what they must refuse: the types describe one runtime, the
    // checks are for all of them.
    files: ["**/*.worker.ts"],
    rules: {
      "@typescript-eslint/no-deprecated": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/restrict-template-expressions": "off",
    },
  },
  {
    files: ["**/*.test.ts", "**/*.fixture.ts", "commands/hostile/**"],
    rules: {
      // Fakes are plain objects whose functions know no `this`.
      "@typescript-eslint/unbound-method": "off",
    },
  },
);
