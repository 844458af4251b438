// What the web app and the editor's panel draw with: each chart a function of plain data, and what they share.

export { type Bar, type BarsOptions, bars } from './bars.js';
export { callTimeLine, type TimeLineData, type TimeLineSpan } from './call-time-line.js';
export type { Chart, ChartHandle, ChartOptions } from './chart.js';
export type { Tone } from './chart-style.js';
export { type Cell, type ChartTable, delimited, type TableColumn } from './chart-table.js';
export { type DistributionData, type DistributionSide, distribution } from './distribution.js';
export { type IcicleData, type IcicleNode, icicle } from './icicle.js';
export { type LatencyHeatMapData, latencyHeatMap } from './latency-heat-map.js';
export { copyText, saveText } from './save-text.js';
export { type Share, shares } from './shares.js';
export { sparkline } from './sparkline.js';
export type { DeploymentMark } from './time-axis.js';
export { type Series, type TimeSeriesData, type TimeSeriesOptions, timeSeries } from './time-series.js';
