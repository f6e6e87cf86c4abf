// The playground: GraphiQL with example operations and a session panel.

import "./workers";
import "./style.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { SessionHeaders } from "./headers";
import { SESSION_PLUGIN } from "./session-panel";

const PLUGINS = [SESSION_PLUGIN, HISTORY_PLUGIN];

// Variables may contain a password, as those of SignIn do: store nothing beyond the life of the browser tab.
const storage = sessionStorage;

const firstVisit = storage.getItem("graphiql:tabState") === null;
// The relative width of the side panel: GraphiQL's default is so wide that it cuts off the examples.
if (firstVisit) storage.setItem("graphiql:docExplorerFlex", "0.3");

createRoot(document.getElementById("playground")!).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    plugins={PLUGINS}
    visiblePlugin={SESSION_PLUGIN.title}
    defaultTabs={EXAMPLES}
    // GraphiQL shows the query of the first default tab, but not its variables.
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
