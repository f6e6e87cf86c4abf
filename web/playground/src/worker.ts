// Monaco's workers. They share most of their code, so they are one bundle; the name of the worker selects the module.

switch (self.name) {
  case "json":
    void import("monaco-editor/esm/vs/language/json/json.worker.js");
    break;
  case "graphql":
    void import("monaco-graphql/esm/graphql.worker.js");
    break;
  default:
    void import("monaco-editor/esm/vs/editor/editor.worker.js");
}
