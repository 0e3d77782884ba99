/** Lines over time, fetched when it is needed. */

import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { text } from '../text';
import 'uplot/dist/uPlot.min.css';
import './chart.css';

export interface Curve {
  label: string;
  /** A colour of the theme, such as `teal-7`. */
  colour: string;
  values: (number | null)[];
}

export interface ChartProps {
  /** What it shows, for those who do not see it. */
  label: string;
  /** In seconds since 1970. */
  times: number[];
  curves: Curve[];
  shown: (value: number) => string;
}

const HEIGHT = 200;

/** How much time is shown at least and at most, in seconds. */
const SPAN = { least: 2 * 60, most: 15 * 60 };

export default function Chart({ label, times, curves, shown }: ChartProps) {
  const { ref, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const scheme = useComputedColorScheme('light');
  const names = curves.map((curve) => curve.label).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: other values are no reason to draw it anew
  useEffect(() => {
    if (!host.current || width === 0) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--mantine-color-${name}`).trim();
    const [ink, grid] = [colour('dimmed'), colour('default-border')];
    const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const series = curves.map((curve) => ({
      label: curve.label,
      stroke: colour(curve.colour),
      width: 2,
      spanGaps: false,
      value: (_: uPlot, value: number | null) => (value === null ? '–' : shown(value)),
    }));
    const options: uPlot.Options = {
      width,
      height: HEIGHT,
      scales: { x: { time: true, range: upToNow }, y: { range: fromNothing } },
      axes: [
        { ...axis, values: clock },
        { ...axis, size: 60, values: (_, values) => values.map(shown) },
      ],
      series: [{ label: text.overview.time, value: (_, at) => (at === null ? '–' : timeOf(at, 1)) }, ...series],
      legend: { live: true },
    };
    plot.current = new uPlot(options, dataOf(times, curves), host.current);
    return () => plot.current?.destroy();
  }, [scheme, width, names]);

  useEffect(() => plot.current?.setData(dataOf(times, curves)), [times, curves]);

  return (
    <div ref={ref}>
      <div ref={host} role="img" aria-label={label} className="chart" />
    </div>
  );
}

function upToNow(_: uPlot, first: number, last: number): [number, number] {
  return [last - Math.min(Math.max(last - first, SPAN.least), SPAN.most), last];
}

/** The time of each line across, with seconds only where they differ. */
const clock = (_: uPlot, times: number[], __: number, ___: number, step: number) =>
  times.map((time) => timeOf(time, step));

const timeOf = (seconds: number, step: number) =>
  new Date(seconds * 1000).toLocaleTimeString('en-GB', { timeStyle: step < 60 ? 'medium' : 'short' });

/** What is quiet is drawn at the bottom. */
const fromNothing = (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(most * 1.1, 1)];

const dataOf = (times: number[], curves: Curve[]): uPlot.AlignedData => [times, ...curves.map(({ values }) => values)];
