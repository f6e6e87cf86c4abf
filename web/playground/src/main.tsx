// The playground: GraphiQL with the examples and the session of Outlay.

import "./workers";
import "./style.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { SessionHeaders } from "./headers";
import { SESSION_PLUGIN } from "./session-panel";

const PLUGINS = [SESSION_PLUGIN, HISTORY_PLUGIN];

// Variables may hold a password, as those of SignIn do: nothing outlives the browser tab.
const storage = sessionStorage;

const firstVisit = storage.getItem("graphiql:tabState") === null;
// The share of the side panel: narrower than GraphiQL's own, which cuts the examples off.
if (firstVisit) storage.setItem("graphiql:docExplorerFlex", "0.3");

createRoot(document.getElementById("playground")!).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    plugins={PLUGINS}
    visiblePlugin={SESSION_PLUGIN.title}
    defaultTabs={EXAMPLES}
    // GraphiQL shows the query of the first of its default tabs, but not the variables.
    initialVariables={firstVisit ? EXAMPLES[0]?.variables : undefined}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
    inputValueDeprecation
  >
    <GraphiQL.Logo>
      <span className="logo">Outlay</span>
    </GraphiQL.Logo>
    <SessionHeaders />
  </GraphiQL>,
);
