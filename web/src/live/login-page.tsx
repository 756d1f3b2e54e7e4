/** Logging in by token or by a provider, who one is, and logging out. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Account } from "../data/live";
import { messageOf } from "../data/load";
import { decode, href } from "../route/params";
import { Waiting } from "../ui/async";
import { PageHead } from "../ui/parts";
import { Plain, plain } from "./plain";
import { API } from "./probe";
import { ROLES } from "./rights";
import { logIn, logOut, useSession } from "./session";
import { loginHref, sentence } from "./trouble";

/** Names of providers as they write themselves. */
const PROVIDERS: Record<string, string> = { github: "GitHub", gitlab: "GitLab", google: "Google" };

/** Only ever a page of this app: what the address says may come from anybody. */
export function backTo(raw: string | undefined): string | null {
  const hash = decode(raw ?? "");
  return /^#\/[a-z]/.test(hash) && !hash.startsWith("#/login") ? hash : null;
}

/** Characters of an address that the server takes for the way back. */
const NEXT_MAX = 512;

/** To a provider, and from there to the page that the reader came from. */
function providerHref(provider: string, back: string | null): string {
  const next = `${window.location.pathname}${back ?? href("queue")}`;
  const isTaken = next.length <= NEXT_MAX && /^\/[!-~]*$/.test(next);
  return `${API}/login/${encodeURIComponent(provider)}${isTaken ? `?next=${encodeURIComponent(next)}` : ""}`;
}

export function LoginPage({ params }: { params: Record<string, string> }): JSX.Element {
  const session = useSession();
  const back = backTo(params.back);
  if (session === null) {
    return (
      <>
        <PageHead title="Log in" plain="Log in" />
        <Waiting what="who you are" />
      </>
    );
  }
  return session.account === null ? (
    <LogIn providers={session.providers} back={back} />
  ) : (
    <Known account={session.account} back={back} />
  );
}

function LogIn({ providers, back }: { providers: string[]; back: string | null }): JSX.Element {
  const [token, setToken] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (event: Event) => {
    // By a request of its own, and never by the form: the token must not come into an address.
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      await logIn(token.trim());
      if (back !== null) window.location.hash = back;
    } catch (error) {
      setProblem(sentence(plain(messageOf(error))));
      setBusy(false);
    }
  };
  return (
    <>
      <PageHead
        title="Log in"
        plain="Log in"
        lead="To call jobs off, try them again, reorder them and pause machines."
      />
      <div class="login">
        <form onSubmit={submit}>
          <label class="field">
            <span>Token</span>
            <input
              type="password"
              name="token"
              required
              autocomplete="current-password"
              spellcheck={false}
              placeholder="kymo_…"
              value={token}
              aria-describedby="token-note"
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          </label>
          <p id="token-note" class="muted">
            An admin makes one with <code>kymo token add --user NAME</code>. This page does not keep it.
          </p>
          {problem === "" ? null : (
            <p class="failure" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" class="primary" disabled={isBusy || token.trim() === ""}>
            {isBusy ? "Logging in …" : "Log in"}
          </button>
        </form>
        {providers.length === 0 ? null : (
          <div class="providers">
            {providers.map((provider) => (
              <a key={provider} class="button" href={providerHref(provider, back)}>
                Log in with <Plain text={PROVIDERS[provider] ?? provider} />
              </a>
            ))}
          </div>
        )}
      </div>
    </>
  );
}

function Known({ account, back }: { account: Account; back: string | null }): JSX.Element {
  const [problem, setProblem] = useState("");
  const leave = async () => {
    try {
      await logOut();
    } catch (error) {
      setProblem(sentence(plain(messageOf(error))));
    }
  };
  return (
    <>
      <PageHead
        title={<Plain text={account.name} />}
        plain={plain(account.name)}
        lead={
          <>
            Logged in as {account.role}: {ROLES[account.role] ?? ""}.
          </>
        }
      />
      {problem === "" ? null : (
        <p class="failure" role="alert">
          {problem}
        </p>
      )}
      <p class="job-actions">
        <button type="button" onClick={leave}>
          Log out
        </button>
        <a class="button" href={back ?? href("queue")}>
          {back === null ? "To the queue" : "Back"}
        </a>
      </p>
    </>
  );
}

/** Who the reader is, in the page's head. */
export function Who({ page }: { page: string }): JSX.Element | null {
  const session = useSession();
  if (session === null) return null;
  return (
    <a
      class="who"
      href={session.account === null ? loginHref() : href("login")}
      aria-current={page === "login" ? "page" : undefined}
    >
      {session.account === null ? (
        "Log in"
      ) : (
        <>
          <span class="visually-hidden">Logged in as </span>
          <Plain text={session.account.name} max={24} />
        </>
      )}
    </a>
  );
}
