// The horizontal axis of what happens over time, with the deployments that lie in it.

import { axisBottom, axisLeft } from 'd3-axis';
import { type ScaleContinuousNumeric, type ScaleTime, scaleTime } from 'd3-scale';
import type { Plot } from './chart.js';

/** A version that became the current one. */
export interface DeploymentMark {
  atUnixMs: number;
  version: string;
}

/** CSS pixels around the plot's inside. */
export const MARGIN = { top: 18, right: 8, bottom: 22, left: 56 };

const TICK_EVERY_PX = 90;
/** Of a letter. */
const LABEL_PX = 7;
const LABEL_LETTERS = 16;
/** Farther from its line, a label would be taken for another's. */
const LABEL_AWAY_PX = 30;

/** From Unix ms to px, between the margins. `width` in px. */
export function timeScale(fromUnixMs: number, toUnixMs: number, width: number): ScaleTime<number, number> {
  return scaleTime([fromUnixMs, toUnixMs], [MARGIN.left, width - MARGIN.right]);
}

/** `bottom`: px from the plot's top. */
export function drawTimeAxis(plot: Plot, x: ScaleTime<number, number>, bottom: number): void {
  const [left, right] = x.range();
  const ticks = Math.max(2, Math.floor((right! - left!) / TICK_EVERY_PX));
  plot
    .append('g')
    .attr('class', 'axis')
    .attr('transform', `translate(0,${bottom})`)
    .call(
      axisBottom<Date>(x)
        .ticks(ticks)
        .tickFormat((at) => tickText(at))
        .tickSize(4)
        .tickPadding(5),
    );
}

/** Ticks at `values`, with lines over to `right`, in px. */
export function drawValueAxis(
  plot: Plot,
  y: ScaleContinuousNumeric<number, number>,
  right: number,
  show: (value: number) => string,
  values: number[],
): void {
  const axis = axisLeft(y)
    .tickValues(values)
    .tickFormat((value) => show(Number(value)))
    .tickSize(-(right - MARGIN.left))
    .tickPadding(8);
  plot.append('g').attr('class', 'axis').attr('transform', `translate(${MARGIN.left},0)`).call(axis);
}

/** A line at each deployment within the time, with its version above where there is room. */
export function drawDeployments(
  plot: Plot,
  x: ScaleTime<number, number>,
  deployments: DeploymentMark[],
  bottom: number,
): void {
  for (const { at, label } of placeDeployments(x, deployments)) {
    const mark = plot.append('g').attr('class', 'deployment');
    mark.append('line').attr('x1', at).attr('x2', at).attr('y1', MARGIN.top).attr('y2', bottom);
    if (label !== null) mark.append('text').attr('x', label.start).attr('y', 11).text(label.text);
  }
}

interface PlacedDeployment {
  /** Of its line; like all here in CSS pixels. */
  at: number;
  /** null: there is no room for it. */
  label: { start: number; width: number; text: string } | null;
}

/** Newest first, which is what one looks for: an older one's label makes room to the left, as far as it stays near its line. */
export function placeDeployments(x: ScaleTime<number, number>, deployments: DeploymentMark[]): PlacedDeployment[] {
  const [from, to] = x.domain().map(Number);
  const [left, right] = x.range();
  const shown = deployments.filter(({ atUnixMs }) => atUnixMs >= from! && atUnixMs <= to!);
  let free = right!;
  return shown
    .sort((a, b) => b.atUnixMs - a.atUnixMs)
    .map(({ atUnixMs, version }) => {
      const at = x(atUnixMs);
      const text = labelText(version);
      const width = text.length * LABEL_PX;
      const start = Math.min(Math.max(at - width / 2, left!), free - width);
      if (start < left! || start + width < at - LABEL_AWAY_PX) return { at, label: null };
      free = start - LABEL_PX;
      return { at, label: { start, width, text } };
    });
}

/** A version as far as there is room for it. */
export function labelText(version: string): string {
  return version.length > LABEL_LETTERS ? `${version.slice(0, LABEL_LETTERS - 1)}…` : version;
}

/** The day at midnight, else the time. */
function tickText(at: Date): string {
  return at.getHours() === 0 && at.getMinutes() === 0 ? DAY.format(at) : SHORT.format(at);
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const SHORT = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const LONG = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** "14:05 – 14:08", with the day where the part is an hour or more. */
export function partText(startUnixMs: number, seconds: number): string {
  const end = startUnixMs + seconds * 1_000;
  return `${(seconds >= 3_600 ? LONG : SHORT).format(startUnixMs)} – ${SHORT.format(end)}`;
}
