/**
 * Colours for lines, after Okabe & Ito: told apart by colour-blind readers, dark enough on white and light enough on
 * black. Dashes and shapes say the same a second time.
 */

import type { Form } from "./shapes";

export interface Palette {
  isDark: boolean;
  lines: string[];
  ink: string;
  muted: string;
  grid: string;
  background: string;
  worse: string;
  better: string;
  incident: string;
}

const LIGHT: Palette = {
  isDark: false,
  lines: ["#0067a8", "#c24a00", "#00785a", "#a8437f", "#7d5c00", "#3a3f4a", "#1689c4", "#6d4bb3"],
  ink: "#1b1f27",
  muted: "#5c6370",
  grid: "#e7e9ee",
  background: "#ffffff",
  worse: "#b3261e",
  better: "#13683f",
  incident: "#b3261e",
};

const DARK: Palette = {
  isDark: true,
  lines: ["#5fb8f0", "#ff9554", "#35cba0", "#e79cc8", "#ecd94a", "#d3d7df", "#86a9ff", "#c6a8ff"],
  ink: "#e8eaf0",
  muted: "#9aa2b1",
  grid: "#272c36",
  background: "#14171d",
  worse: "#ff8a80",
  better: "#6fd39b",
  incident: "#ff8a80",
};

const DASHES: (number[] | undefined)[] = [
  undefined,
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [12, 4],
  [4, 2],
  [1, 2],
  [6, 2, 2, 2],
];
const FORMS: Form[] = ["circle", "square", "triangle", "diamond", "down"];

export function palette(isDark: boolean): Palette {
  return isDark ? DARK : LIGHT;
}

export interface LineStyle {
  colour: string;
  dash: number[] | undefined;
  form: Form;
}

export function lineStyle(of: Palette, line: number): LineStyle {
  return {
    colour: of.lines[line % of.lines.length],
    dash: DASHES[line % DASHES.length],
    form: FORMS[line % FORMS.length],
  };
}
