// HTMLRewriter: elements, text and documents changed while they stream.
import type { IsolateCase } from "../../tools/case.js";
import { alike, globalOf, rejects, same } from "../../tools/assert.js";

const rewrite = (html: string, prepare: (rewriter: HTMLRewriter) => HTMLRewriter): Promise<string> =>
  prepare(new HTMLRewriter()).transform(new Response(html, { headers: { "content-type": "text/html" } })).text();

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.html-rewriter.elements",
    subject: "HTMLRewriter",
    needs: ["workers.html-rewriter"],
    promise: "HTMLRewriter changes attributes and content of the elements that a selector matches, and no others",
    async run() {
      const html = await rewrite('<p class="x">a</p><p>b</p>', (rewriter) =>
        rewriter.on("p.x", {
          element(element) {
            element.setAttribute("title", "<t>");
            element.setInnerContent("<i>", { html: false });
            element.after("<hr>", { html: true });
          },
        }),
      );

      same(html, '<p class="x" title="<t>">&lt;i&gt;</p><hr><p>b</p>', "the page");
    },
  },
  {
    id: "workers.html-rewriter.removal",
    subject: "HTMLRewriter",
    needs: ["workers.html-rewriter"],
    promise: "HTMLRewriter removes elements, with or without their content, and reads attributes",
    async run() {
      const seen: (string | null)[] = [];

      const html = await rewrite('<div><script src="a.js">x</script><b id="k">keep</b></div>', (rewriter) =>
        rewriter
          .on("script", {
            element(element) {
              seen.push(element.getAttribute("src"), element.getAttribute("none"));
              element.remove();
            },
          })
          .on("b", { element: (element) => void element.removeAndKeepContent() }),
      );

      alike([html, seen], ["<div>keep</div>", ["a.js", null]], "the page, and the attributes seen");
    },
  },
  {
    id: "workers.html-rewriter.text",
    subject: "HTMLRewriter",
    needs: ["workers.html-rewriter"],
    promise: "HTMLRewriter shows text in chunks that end with lastInTextNode, and replaces it",
    async run() {
      let text = "";

      const html = await rewrite("<h1>old title</h1>", (rewriter) =>
        rewriter.on("h1", {
          text(chunk) {
            text += chunk.text;
            if (chunk.lastInTextNode) chunk.replace("new");
            else chunk.remove();
          },
        }),
      );

      alike([text, html], ["old title", "<h1>new</h1>"], "the text seen, and the page");
    },
  },
  {
    id: "workers.html-rewriter.document",
    subject: "HTMLRewriter",
    needs: ["workers.html-rewriter"],
    promise: "HTMLRewriter shows doctype, comments and the end of the document",
    async run() {
      const seen: string[] = [];

      const html = await rewrite("<!doctype html><!-- note --><p>x</p>", (rewriter) =>
        rewriter.onDocument({
          doctype: (doctype) => void seen.push(`doctype ${doctype.name}`),
          comments(comment) {
            seen.push(comment.text.trim());
            comment.remove();
          },
          end: (end) => void end.append("<!-- end -->", { html: true }),
        }),
      );

      alike([seen, html], [["doctype html", "note"], "<!doctype html><p>x</p><!-- end -->"], "what was seen, and the page");
    },
  },
  {
    id: "workers.html-rewriter.async",
    subject: "HTMLRewriter",
    needs: ["workers.html-rewriter"],
    promise: "HTMLRewriter waits for a handler that is asynchronous, and passes its error on",
    async run() {
      const html = await rewrite("<a></a>", (rewriter) =>
        rewriter.on("a", {
          async element(element) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            element.append("late");
          },
        }),
      );

      same(html, "<a>late</a>", "the page");
      await rejects(
        () =>
          rewrite("<a></a>", (rewriter) =>
            rewriter.on("a", {
              element: () => {
                throw new RangeError("handler");
              },
            }),
          ),
        ["RangeError"],
        "a handler that throws",
      );
      same(typeof globalOf("HTMLRewriter"), "function", "typeof HTMLRewriter");
    },
  },
];
