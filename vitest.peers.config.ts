// What `npm run test:peers` runs: programs that we did not write, as judges. Needs Debian's packages (see .ci/run) and root.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    ...(process.env.TEST_RESULTS === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: process.env.TEST_RESULTS } }),
    include: ['test/peers/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
