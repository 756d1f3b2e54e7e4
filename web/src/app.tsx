/** The frame around all pages, and which page is shown. */

import { Component, type ComponentChildren, type JSX } from "preact";
import { messageOf } from "./data/load";
import { Site } from "./data/site";
import { BenchmarkPage } from "./pages/benchmark";
import { BenchmarksPage } from "./pages/benchmarks";
import { ComparePage } from "./pages/compare";
import { ExplorerPage } from "./pages/explorer";
import { IncidentPage } from "./pages/incident";
import { MachinePage } from "./pages/machine";
import { OverviewPage } from "./pages/overview";
import { RunsPage } from "./pages/runs";
import { useRoute } from "./route/location";
import { href, type Route } from "./route/params";
import { dateTime } from "./text/time";
import { Failure, SiteProvider, useAsync, Waiting } from "./ui/async";
import { PageHead } from "./ui/parts";
import { ThemeProvider, ThemeSwitch } from "./ui/theme";

const PAGES: [string, string, string[]][] = [
  ["overview", "Overview", ["incident"]],
  ["explorer", "Explorer", []],
  ["compare", "Compare", []],
  ["benchmarks", "Benchmarks", ["benchmark"]],
  ["runs", "Runs", []],
  ["machines", "Machines", ["machine"]],
];

export function App(): JSX.Element {
  return (
    <ThemeProvider>
      <Frame />
    </ThemeProvider>
  );
}

function Frame(): JSX.Element {
  const route = useRoute();
  const site = useAsync(() => Site.open(), []);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it does lead to a place on the page */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The fragment is the page's address, so the link must not change it.
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="site-head">
        <a class="brand" href={href("overview")}>
          <img src="./icon.svg" alt="" width={24} height={24} />
          Kymograph
        </a>
        <nav aria-label="Pages">
          {PAGES.map(([page, title, children]) => (
            <a
              key={page}
              href={href(page)}
              aria-current={route.page === page ? "page" : children.includes(route.page) ? "true" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        {site.state === "loading" ? <Waiting what="the site" /> : null}
        {site.state === "failed" ? <Failure what="The site" message={site.message} /> : null}
        {site.state === "ready" ? (
          <SiteProvider value={site.value}>
            <Boundary key={`${route.page}/${route.argument}`}>
              <Page route={route} />
            </Boundary>
          </SiteProvider>
        ) : null}
      </main>
      <footer class="site-foot">
        {site.state === "ready" ? (
          <span>
            Published {dateTime(site.value.head.generated_unix_s)} by kymo {site.value.head.kymo}
          </span>
        ) : null}
        <a href="./feed.xml">Feed of incidents</a>
      </footer>
    </>
  );
}

/** Keeps a page that fails from taking the frame with it, and says what happened. */
class Boundary extends Component<{ children: ComponentChildren }, { message: string | null }> {
  state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: messageOf(error) };
  }

  render(): ComponentChildren {
    const { message } = this.state;
    return message === null ? (
      this.props.children
    ) : (
      <Failure what="This page" message={`The data is not as expected: ${message}`} />
    );
  }
}

function Page({ route }: { route: Route }): JSX.Element {
  switch (route.page) {
    case "overview":
      return <OverviewPage />;
    case "explorer":
      return <ExplorerPage params={route.params} />;
    case "compare":
      return <ComparePage params={route.params} />;
    case "benchmarks":
      return <BenchmarksPage params={route.params} />;
    case "benchmark":
      return <BenchmarkPage key={route.argument} name={route.argument ?? ""} params={route.params} />;
    case "incident":
      return <IncidentPage key={route.argument} id={route.argument ?? ""} />;
    case "runs":
      return <RunsPage params={route.params} />;
    case "machines":
    case "machine":
      return <MachinePage name={route.argument} />;
    default:
      return (
        <PageHead
          title="There is no such page"
          plain="No such page"
          lead={
            <>
              Nothing is called <bdi>{route.page}</bdi> here. <a href={href("overview")}>Go to the overview</a>.
            </>
          }
        />
      );
  }
}
