import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// `.ci/run` asks for the real counts as JSON.
const json = process.env.VITEST_JSON

export default defineConfig({
  test: {
    reporters: json ? ['default', ['json', { outputFile: json }]] : ['default'],
    // Vitest leaves one core to itself; of two that is half.
    poolOptions: { forks: { maxForks: Math.max(2, availableParallelism() - 1) } },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['lib/**/*.test.ts', 'server/**/*.test.ts', 'components/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          environment: 'node',
          // Seconds are no failure on a loaded machine; a test that hangs still ends.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**'],
          environment: 'node',
          globalSetup: ['server/engine/testing/build-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Of `expect.poll`: a loaded machine is no failure.
          expect: { poll: { timeout: 15_000 } },
          // Sockets, child processes and inference share two cores: one file at a time keeps their timing honest.
          pool: 'forks',
          poolOptions: { forks: { singleFork: true } },
        },
      },
    ],
  },
})
