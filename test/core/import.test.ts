// What importing the package must not do: printing the scenario's schema took 140 ms of processor time of everybody who simulates.

import { expect, it, vi } from 'vitest';

const printed = vi.hoisted(() => vi.fn());
vi.mock('zod', async (original) => ({ ...(await original<object>()), toJSONSchema: printed }));

it('prints no schema', async () => {
  const { explain, Simulation } = await import('../../src/index.js');
  expect(Simulation).toBeDefined();
  expect(printed).not.toHaveBeenCalled();
  printed.mockImplementation(() => {
    throw new Error('asked for the schema');
  });
  expect(() => explain('threshold')).toThrow('asked for the schema'); // the test sees it where it happens
});
