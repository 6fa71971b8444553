/** 16 px line icons, drawn here: a handful does not justify a library. */
const PATHS = {
  overview: 'M2 13.5h12M3.5 11V7.5M6.5 11V3.5M9.5 11V6M12.5 11V4.5',
  live: 'M2 8h2.5l1.75-4.5 3.25 9L11.25 8H14',
  logs: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  sources: 'M2.500 9.500 4.300 3h7.400l1.800 6.500v4h-11zM2.500 9.500h3.200l1 1.800h2.600l1-1.800h3.200',
  fraud: 'M8 2 3 4v3.500c0 3 2 5.300 5 6.500 3-1.200 5-3.500 5-6.500V4zM8 5.500v3M8 10.500v.2',
  settings: 'M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M10.5 3v3M5.5 10v3',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6',
  chevron: 'm4 6 4 4 4-4',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.2 3.2L13 5',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M5 3.2v9.6L12.6 8z',
  stop: 'M4 4h8v8H4z',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.5V6H9.5',
  warn: 'M8 2 1.8 13h12.4zM8 6.3v3M8 11.3v.2',
  bad: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8v4M8 11v.2',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.3v4M8 4.9v.2',
  user: 'M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8ZM2.8 14c.5-2.6 2.4-4 5.2-4s4.700 1.400 5.200 4',
  download: 'M8 2.500v7.500M4.800 7 8 10.200 11.200 7M2.500 13.500h11',
  star: 'm8 2.200 1.800 3.700 4 .6-2.900 2.800.7 4L8 11.400l-3.600 1.900.7-4L2.200 6.500l4-.6z',
  trash: 'M2.500 4.500h11M6.300 4.500v-2h3.400v2M4 4.500l.6 9h6.800l.6-9',
  expand: 'm6 4 4 4-4 4',
  wrap: 'M2.500 4h11M2.500 8h8.800a2.200 2.200 0 0 1 0 4.400H8.500M10 10.500 8.300 12.400 10 14.200M2.500 12h3',
  up: 'M8 13V3M4 7l4-4 4 4',
  share:
    'M6.500 9.500 9.500 6.500M7 4.700l1.500-1.500a3 3 0 0 1 4.300 4.300L11.300 9M9 11.300l-1.500 1.500a3 3 0 0 1-4.300-4.300L4.700 7',
  project: 'M2.500 4.200 8 2l5.500 2.200L8 6.400zM2.500 8 8 10.200 13.500 8M2.500 11.800 8 14l5.500-2.200',
  key: 'M10.500 9a3.500 3.500 0 1 0-3.300-2.300L2.500 11.400v2.100h2.600v-1.800h1.800V9.900l.4-.4c.9.3 2 .1 3.200-.5ZM11 5v.2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
