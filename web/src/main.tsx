import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/pages.css";
import "./style/live.css";
import { App } from "./app";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
