/** Dark or light: the system's choice, unless the reader made one. */

import { createContext, type JSX } from "preact";
import { useContext, useLayoutEffect, useState } from "preact/hooks";

export type Choice = "system" | "light" | "dark";

interface Theme {
  choice: Choice;
  isDark: boolean;
  choose: (choice: Choice) => void;
}

const KEY = "kymograph-theme";
const ThemeContext = createContext<Theme>({ choice: "system", isDark: false, choose: () => {} });

function stored(): Choice {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : "system";
  } catch {
    // Storage may be forbidden; the system's choice remains.
    return "system";
  }
}

export function useTheme(): Theme {
  return useContext(ThemeContext);
}

export function ThemeProvider({ children }: { children: JSX.Element }): JSX.Element {
  const [choice, setChoice] = useState<Choice>(stored);
  const [system, setSystem] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useLayoutEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => setSystem(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  // Before the page is painted: a later effect would flash the other colours.
  useLayoutEffect(() => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
  }, [choice]);
  const choose = (next: Choice) => {
    setChoice(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // The choice then holds for this visit.
    }
  };
  const isDark = choice === "system" ? system : choice === "dark";
  return <ThemeContext.Provider value={{ choice, isDark, choose }}>{children}</ThemeContext.Provider>;
}

const NEXT: Record<Choice, Choice> = { system: "light", light: "dark", dark: "system" };
const NAMES: Record<Choice, string> = { system: "auto", light: "light", dark: "dark" };

export function ThemeSwitch(): JSX.Element {
  const { choice, choose } = useTheme();
  return (
    <button type="button" class="quiet theme-switch" onClick={() => choose(NEXT[choice])}>
      <span aria-hidden="true">{choice === "light" ? "☀" : choice === "dark" ? "☾" : "◐"}</span>
      <span>
        <span class="visually-hidden">Colours: </span>
        {NAMES[choice]}
      </span>
    </button>
  );
}
