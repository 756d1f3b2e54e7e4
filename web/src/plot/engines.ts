/** A dot and an interval for each engine. */

import { legendShapes, yAxisWidth } from "./axes";
import { lineStyle, type Palette } from "./palette";
import { type Figure, type Shape, segment } from "./shapes";
import { linearTicks, logTicks, valueLabels } from "./ticks";

export interface EngineValue {
  name: string;
  value: number;
  low: number | null;
  high: number | null;
}

const ROW = 30;

/** From this factor between the least and the most on, a linear axis shows the best as nothing. */
const LOG_ABOVE = 12;

export function enginesFigure(
  title: string,
  values: readonly EngineValue[],
  unit: string,
  palette: Palette,
  width: number,
): Figure {
  const left = Math.min(yAxisWidth(values.map((one) => one.name)) * 1.14, width * 0.5);
  const right = width - 28;
  const top = 48;
  const ends = values.flatMap((one) => [one.value, one.low ?? one.value, one.high ?? one.value]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const isLog = least > 0 && most / least > LOG_ABOVE;
  const [from, to] = isLog ? [least / 1.3, most * 1.3] : [Math.min(0, least), most * 1.06 || 1];
  const share = (value: number) =>
    isLog ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  const x = (value: number) => left + share(value) * (right - left);
  const bottom = top + values.length * ROW;
  const shapes: Shape[] = [
    { kind: "text", x: 0, y: 20, text: title, size: 14, anchor: "start", fill: palette.ink, bold: true },
  ];
  const count = Math.max(Math.floor((right - left) / 100), 2);
  const ticks = isLog ? logTicks(from, to, count) : linearTicks(from, to, count);
  valueLabels(ticks, unit).forEach((label, i) => {
    const at = x(ticks[i]);
    shapes.push(segment(at, top - 6, at, bottom, palette.grid));
    shapes.push({ kind: "text", x: at, y: bottom + 17, text: label, size: 12, anchor: "middle", fill: palette.muted });
  });
  values.forEach((one, i) => {
    const y = top + ROW * (i + 0.5);
    const { colour, form } = lineStyle(palette, 0);
    shapes.push({ kind: "text", x: left - 12, y: y + 4, text: one.name, size: 13, anchor: "end", fill: palette.ink });
    shapes.push({
      kind: "line",
      points: [x(Math.max(from, isLog ? from : 0)), y, x(one.value), y],
      stroke: palette.grid,
      width: 6,
    });
    if (one.low !== null && one.high !== null) {
      const low = isLog ? Math.max(one.low, from) : one.low;
      shapes.push({ kind: "line", points: [x(low), y, x(one.high), y], stroke: colour, width: 3 });
      for (const end of [low, one.high]) {
        shapes.push({ kind: "line", points: [x(end), y - 5, x(end), y + 5], stroke: colour, width: 1.5 });
      }
    }
    shapes.push({ kind: "mark", form, x: x(one.value), y, size: 4.5, fill: colour });
  });
  const note = isLog ? "95 % intervals, logarithmic axis" : "95 % intervals";
  shapes.push(...legendShapes([{ name: note, style: lineStyle(palette, 0) }], left, bottom + 26, palette));
  return { title, width, height: bottom + 48, background: palette.background, shapes };
}
