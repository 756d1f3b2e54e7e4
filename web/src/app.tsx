/** The frame around all pages, and which page is shown. */

import { Component, type ComponentChildren, type JSX } from "preact";
import { messageOf } from "./data/load";
import { Site } from "./data/site";
import { type Live, useLive } from "./live/use-live";
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
import { Failure, readyValue, SiteProvider, useAsync, Waiting } from "./ui/async";
import { PageHead } from "./ui/parts";
import { ThemeProvider, ThemeSwitch } from "./ui/theme";

/** Pages: name, title, and the pages below each. */
type Entry = [string, string, string[]];

const PAGES: Entry[] = [
  ["overview", "Overview", ["incident"]],
  ["explorer", "Explorer", []],
  ["compare", "Compare", []],
  ["benchmarks", "Benchmarks", ["benchmark"]],
  ["runs", "Runs", []],
  ["machines", "Machines", ["machine"]],
];

/** What a live server adds, before the machines. */
const LIVE_ENTRY: Entry = ["queue", "Queue", ["job"]];
const LIVE_PAGES = ["queue", "job", "login"];

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
  const live = useLive();
  const entries = live ? [...PAGES.slice(0, -1), LIVE_ENTRY, ...PAGES.slice(-1)] : PAGES;
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
          {entries.map(([page, title, children]) => (
            <a
              key={page}
              href={href(page)}
              aria-current={route.page === page ? "page" : children.includes(route.page) ? "true" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        {live ? <live.Who page={route.page} /> : null}
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        {LIVE_PAGES.includes(route.page) ? (
          // The queue does without the site: it is there before anything is published.
          <SiteProvider value={readyValue(site)}>
            <Boundary key={`${route.page}/${route.argument}`}>
              <LivePage live={live} route={route} />
            </Boundary>
          </SiteProvider>
        ) : (
          <>
            {site.state === "loading" ? <Waiting what="the site" /> : null}
            {site.state === "failed" ? <Failure what="The site" message={site.message} /> : null}
            {site.state === "ready" ? (
              <SiteProvider value={site.value}>
                <Boundary key={`${route.page}/${route.argument}`}>
                  <Page route={route} live={live ?? null} />
                </Boundary>
              </SiteProvider>
            ) : null}
          </>
        )}
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

/** A page that needs the live server. */
function LivePage({ live, route }: { live: Live | null | undefined; route: Route }): JSX.Element {
  if (live) return <live.LivePage route={route} />;
  if (live === undefined) return <Waiting what="the page" />;
  return (
    <PageHead
      title="There is no queue here"
      plain="No queue"
      lead={
        <>
          This site is a folder of files. A queue, and who may change it, are there where <code>kymo serve</code> serves
          it. <a href={href("overview")}>Go to the overview</a>.
        </>
      }
    />
  );
}

function Page({ route, live }: { route: Route; live: Live | null }): JSX.Element {
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
      return (
        <MachinePage name={route.argument}>
          {live === null ? null : route.argument === null ? (
            <live.MachinesNow />
          ) : (
            <live.MachineNow key={route.argument} name={route.argument} />
          )}
        </MachinePage>
      );
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
