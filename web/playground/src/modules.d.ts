// Declarations of modules without types.
declare module "*.css";
declare module "monaco-editor/esm/*";
declare module "monaco-graphql/esm/graphql.worker.js";
