// A prettier plugin that formats JSON with comments. It replaces prettier's own (see build.js).

import { applyEdits, format } from "jsonc-parser";

const tidy = (text: string) => applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2 }));

export const parsers = {
  jsonc: { astFormat: "tidied", parse: tidy, locStart: () => 0, locEnd: (text: string) => text.length },
};

export const printers = {
  tidied: { print: ({ node }: { node: string }) => node },
};
