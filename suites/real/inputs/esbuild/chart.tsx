import { Axis, Scale, total } from "./numbers.ts";

type Point = { at: number; value: number; label?: string };
interface Props { points: Point[]; width?: number; height?: number; onPick?(point: Point): void }

declare function element(name: unknown, props: object | null, ...children: unknown[]): unknown;

class PointAxis extends Axis<Point> {
  override place({ at, value }: Point): number {
    switch (this.scale) {
      case Scale.Linear: return at;
      case Scale.Log: return Math.log(value ?? 1) ** 2;
      default: return (at * value) | 0;
    }
  }
}

const palette = { low: "#27506e", high: "#e0876a" } as const satisfies Record<string, string>;

function Dot({ point, place, colour = palette.low }: { point: Point; place: number; colour?: string }) {
  return <circle cx={place} cy={point.value} r={3} fill={colour} {...(point.label ? { "data-label": point.label } : {})} />;
}

export function Chart({ points, width = 640, height = 480, onPick }: Props) {
  const axis = new PointAxis(points.length > 100 ? Scale.Log : Scale.Linear, points);
  const places = [...axis.places.values()];
  const middle = total(places) / (places.length || 1);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <>
        {points.map((point, i) => (
          <g key={i} onClick={() => onPick?.(point)}>
            <Dot point={point} place={places[i]!} colour={places[i]! > middle ? palette.high : undefined} />
            {point.label && <text x={places[i]} y={point.value - 4}>{point.label.padStart(4, "·")}</text>}
          </g>
        ))}
      </>
      <line x1={0} y1={middle} x2={width} y2={middle} stroke="#0008" strokeDasharray="4 2" />
    </svg>
  );
}

export const reduce = (values: number[]) =>
  values.reduce<number>((sum, value, i) => sum + (i % 2 === 0 ? value : -value) * (values.at(-1) ?? 1), 0);

export async function* stream(source: AsyncIterable<Point>, limit = 1_000) {
  let seen = 0;
  for await (const { at, value, ...rest } of source) {
    if (++seen > limit) break;
    yield { at, value: value ** 2, ...rest } as Point;
  }
}
