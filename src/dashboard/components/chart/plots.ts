export { LineChart } from './line-chart.tsx';
export { TimeChart } from './time-chart.tsx';
