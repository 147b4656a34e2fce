import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'app/**/*.test.ts', 'app/**/*.test.tsx', 'scripts/**/*.test.ts'],
    environment: 'node',
    // A guard against hanging, not a measure: how long a property test takes is the machine's affair.
    testTimeout: 60_000,
    setupFiles: ['scripts/load-parts.ts'],
  },
});
