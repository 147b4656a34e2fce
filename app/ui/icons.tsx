/** Line icons of the chrome, 16-unit box. */
const PATHS = {
  chevron: 'M4.5 6.3L8 9.8l3.5-3.5',
  theme: 'M8 2.2a5.8 5.8 0 1 0 0 11.6zM8 2.2a5.8 5.8 0 0 1 0 11.6',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4l3.4 3.4',
  plus: 'M8 3.2v9.6M3.2 8h9.6',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  upload: 'M8 10.5v-8M4.8 5.4L8 2.2l3.2 3.2M2.5 10v3.5h11V10',
  download: 'M8 2.2v8M4.8 7.2L8 10.4l3.2-3.2M2.5 10v3.5h11V10',
  clipboard: 'M5.5 3.2h-2v10.3h9V3.2h-2M5.5 2h5v2.6h-5z',
  write: 'M4 1.8h5.2L12.5 5v9.2H4zM8.2 6.5v5M5.8 9h5',
  story: 'M2.5 2.5h11v11h-11zM2.5 6h11M6.5 6v7.5',
  close: 'M4 4l8 8M12 4l-8 8',
  undo: 'M5.5 3L2.5 6l3 3M2.8 6H10a3.5 3.5 0 0 1 0 7H7',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-1 1M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l1-1',
  cube: 'M8 1.8l5.5 3.1v6.2L8 14.2l-5.5-3.1V4.9zM2.5 4.9L8 8l5.5-3.1M8 8v6.2',
  up: 'M8 12.5v-9M4.5 7L8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9L8 12.5 11.5 9',
  present: 'M2 2.5h12v8.2H2zM8 10.7v3M5 13.8h6M6.8 4.8l3.2 1.8-3.2 1.8z',
  previous: 'M11.5 3.2v9.6L4.5 8z',
  next: 'M4.5 3.2v9.6L11.5 8z',
  play: 'M5 3v10l8-5z',
  pause: 'M5.2 3.5v9M10.8 3.5v9',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  const weight = name === 'more' ? 2.2 : 1.3;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={weight}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
