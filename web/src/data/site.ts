/** The site's data as pages ask for it: each file is fetched once, and only when something wants to show it. */

import { Catalog } from "./catalog";
import { decodeNamed, type Gap, type History, joinParts, openNamed } from "./history";
import { LoadError, loadBytes, loadFreshJson, loadJson, messageOf } from "./load";
import type { Segment, SeriesPart } from "./segment";
import type {
  Benchmark,
  CatalogFile,
  Cell,
  Commit,
  CommitsFile,
  Head,
  Incident,
  Latest,
  Machine,
  Project,
  Run,
  RunFile,
} from "./types";

/** Positions in a file of commits. */
const COMMITS_A_FILE = 1000;

/** Segments that are kept decoded: enough for the series of one plot. */
const SEGMENTS_KEPT = 2048;

export class Site {
  private readonly files = new Map<string, Promise<unknown>>();
  private readonly segments = new Map<string, Promise<Segment>>();

  private constructor(readonly head: Head) {}

  static async open(): Promise<Site> {
    const head = await loadFreshJson<Head>("head.json");
    if (head.format !== 1) {
      throw new LoadError(
        "data/head.json",
        `it has format ${head.format}, and this page reads format 1: reload the page`,
      );
    }
    return new Site(head);
  }

  /** A file of JSON; a failure is not remembered, so that trying again can help. */
  private json<T>(reference: string): Promise<T> {
    const known = this.files.get(reference);
    if (known !== undefined) return known as Promise<T>;
    const wanted = loadJson<T>(reference);
    this.files.set(reference, wanted);
    wanted.catch(() => this.files.delete(reference));
    return wanted;
  }

  private catalogWanted: Promise<Catalog> | null = null;

  catalog(): Promise<Catalog> {
    const reference = this.head.catalog;
    if (reference === null) return Promise.resolve(new Catalog(EMPTY_CATALOG));
    this.catalogWanted ??= this.json<CatalogFile>(reference).then((file) => new Catalog(file));
    this.catalogWanted.catch(() => {
      this.catalogWanted = null;
    });
    return this.catalogWanted;
  }

  latest(): Promise<Latest | null> {
    return this.head.latest === null ? Promise.resolve(null) : this.json<Latest>(this.head.latest);
  }

  machines(): Promise<Machine[]> {
    return this.head.machines === null ? Promise.resolve([]) : this.json<Machine[]>(this.head.machines);
  }

  benchmarks(): Promise<Benchmark[]> {
    return this.head.benchmarks === null ? Promise.resolve([]) : this.json<Benchmark[]>(this.head.benchmarks);
  }

  /** The first `parts` parts of the incidents, newest first. */
  async incidents(parts: number): Promise<Incident[]> {
    const wanted = this.head.incidents.slice(0, parts);
    return (await Promise.all(wanted.map((reference) => this.json<Incident[]>(reference)))).flat();
  }

  async runs(parts: number): Promise<Run[]> {
    const wanted = this.head.runs.slice(0, parts);
    return (await Promise.all(wanted.map((reference) => this.json<Run[]>(reference)))).flat();
  }

  /** Looks through the parts, newest first, until one holds what is looked for. */
  async findRun(matches: (run: Run) => boolean): Promise<Run | null> {
    return this.search<Run>(this.head.runs, matches);
  }

  async findIncident(id: string): Promise<Incident | null> {
    return this.search<Incident>(this.head.incidents, (incident) => incident.id === id);
  }

  private async search<T>(parts: string[], matches: (one: T) => boolean): Promise<T | null> {
    for (const reference of parts) {
      const found = (await this.json<T[]>(reference)).find(matches);
      if (found !== undefined) return found;
    }
    return null;
  }

  run(reference: string): Promise<RunFile> {
    return this.json<RunFile>(reference);
  }

  async cells(run: RunFile): Promise<Cell[]> {
    const parts = await Promise.all(run.parts.map((part) => this.json<{ cells: Cell[] }>(part.file)));
    return parts.flatMap((part) => part.cells);
  }

  project(name: string): Project | null {
    return this.head.projects.find((project) => project.name === name) ?? null;
  }

  /** The files of commits that cover the positions from `first` to `last`. */
  async commits(projectName: string, first: number, last: number): Promise<CommitTable> {
    const project = this.project(projectName);
    const table = new CommitTable();
    if (project === null) return table;
    const wanted: Promise<void>[] = [];
    const from = Math.max(Math.floor(first / COMMITS_A_FILE), 0);
    const to = Math.min(Math.floor(last / COMMITS_A_FILE), project.commit_files.length - 1);
    for (let file = from; file <= to; file++) {
      wanted.push(
        this.json<CommitsFile>(project.commit_files[file]).then(
          (commits) => table.add(commits),
          (error) => table.problem(messageOf(error)),
        ),
      );
    }
    await Promise.all(wanted);
    return table;
  }

  private segment(reference: string): Promise<Segment> {
    const known = this.segments.get(reference);
    if (known !== undefined) return known;
    const wanted = loadBytes(reference).then((bytes) => openNamed(reference, bytes));
    this.segments.set(reference, wanted);
    wanted.catch(() => this.segments.delete(reference));
    if (this.segments.size > SEGMENTS_KEPT) {
      for (const [oldest] of this.segments) {
        this.segments.delete(oldest);
        break;
      }
    }
    return wanted;
  }

  /**
   * The points of a series: first those of the newest segment, then all. `show` is called as they come; a segment that
   * cannot be read leaves a gap with a message, and the rest is shown.
   */
  async history(series: number, show: (history: History, isWhole: boolean) => void): Promise<void> {
    const place = (await this.catalog()).place(series);
    if (place === null || place.tail === null) {
      show(joinParts([], []), true);
      return;
    }
    const tail = await this.segment(place.tail);
    const parts = [{ segment: tail, part: decodeNamed(place.tail, tail, place.index) }];
    const { older } = tail.header;
    show(joinParts(parts, []), older.length === 0);
    if (older.length === 0) return;
    const gaps: Gap[] = [];
    const ends = older.map((_, i) => (i === 0 ? tail.header.first : older[i - 1].first));
    const read = async ({ first, file }: { first: number; file: string }, end: number): Promise<void> => {
      try {
        const segment = await this.segment(file);
        // A group may have grown since an old segment was closed: then it has no points of the newer series.
        if (place.index >= segment.header.series.length) return;
        const part: SeriesPart = decodeNamed(file, segment, place.index);
        parts.push({ segment, part });
      } catch (error) {
        gaps.push({ first, end, message: messageOf(error) });
      }
    };
    await Promise.all(older.map((one, i) => read(one, ends[i])));
    show(joinParts(parts, gaps), true);
  }
}

/** Commits by position. */
export class CommitTable {
  private readonly found = new Map<number, Commit>();
  readonly problems: string[] = [];

  add(file: CommitsFile): void {
    for (let i = 0; i < file.hashes.length; i++) {
      const position = file.first + i;
      this.found.set(position, {
        position,
        hash: file.hashes[i],
        title: file.titles[i] ?? "",
        author: file.authors[i] ?? "",
        unix_s: file.unix_s[i],
      });
    }
  }

  problem(message: string): void {
    this.problems.push(message);
  }

  get(position: number): Commit | null {
    return this.found.get(position) ?? null;
  }

  /** The commit whose hash begins with, or is the beginning of, `hash`. */
  byHash(hash: string): Commit | null {
    for (const commit of this.found.values()) {
      if (commit.hash.startsWith(hash) || hash.startsWith(commit.hash)) return commit;
    }
    return null;
  }
}

const EMPTY_CATALOG: CatalogFile = {
  projects: [],
  machines: [],
  benchmarks: [],
  variants: [],
  phases: [],
  metrics: [],
  project: [],
  machine: [],
  benchmark: [],
  variant: [],
  phase: [],
  metric: [],
  canary: [],
  groups: [],
};

/** A link to a commit or a range from a project's template; only the web's schemes, since a page is for anyone. */
export function link(template: string | null | undefined, values: Record<string, string>): string | null {
  if (!template || !/^https?:\/\//i.test(template)) return null;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] === undefined ? whole : encodeURIComponent(values[name]),
  );
}
