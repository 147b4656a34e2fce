/** Glyphs of the system's parts, cause to effect, in a 15-unit box; stroke 1.2. */
export const PART_PATHS = {
  steps: 'M3.5 2.5v9h4M3.5 4.5h4M7.5 3h3v3h-3zM7.5 10h3v3h-3z',
  'api-server': 'M5.5 2.5h4v10h-4zM2 7.5h3.5M9.5 7.5H13M7.5 5v5',
  mutating: 'M2 7.5h3.5M5.5 2.5v10M8 11l3-6.5 3 6.5z',
  validating: 'M2 7.5h3.5M5.5 2.5v10M8.5 7.5l2 2.5 3.5-5.5',
  etcd: 'M2.5 4c0-1 2.2-1.5 5-1.5s5 .5 5 1.5v7c0 1-2.2 1.5-5 1.5s-5-.5-5-1.5zM2.5 4c0 1 2.2 1.5 5 1.5s5-.5 5-1.5M2.5 7.5c0 1 2.2 1.5 5 1.5s5-.5 5-1.5',
  'update-requests': 'M2 4h11v2.2a1.5 1.5 0 0 0 0 2.6V11H2V8.8a1.5 1.5 0 0 0 0-2.6zM8.5 4v7',
  background: 'M12.5 7.5a5 5 0 1 1-1.6-3.7M11.2 1.8v2.3H8.9',
  downstream: 'M7.5 1.8l5 2.9v5.6l-5 2.9-5-2.9V4.7zM2.5 4.7l5 2.9 5-2.9M7.5 7.6v5.6',
  events: 'M2.5 4h.1M5 4h8M2.5 7.5h.1M5 7.5h8M2.5 11h.1M5 11h8',
  reports: 'M3.5 1.8h5.5l3 3v8.4h-8.5zM6 10.5v-2M8 10.5V7M10 10.5V8.7',
} as const;
