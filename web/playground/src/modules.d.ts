// What has no types of its own.
declare module "*.css";
declare module "monaco-editor/esm/*";
declare module "monaco-graphql/esm/graphql.worker.js";
