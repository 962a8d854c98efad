import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { askControl, type ControlRequest } from '@reciprocal-clubs/network/supervisor/control.js';
import type { DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import { disposableNetwork, type DisposableNetwork } from '../faults/disposableNetwork.js';
import { Club } from './first/club.js';
import { newKey } from './first/journey.js';
import { loadProfile } from './first/profile.js';

const portShift = 17_000;
export const startPatienceMs = 90_000;

/** Everything that `npm start` starts, for all tests of this process; answers are held against the OpenAPI document. */
export interface System {
  /** its data folder */
  readonly data: string;
  readonly clubs: readonly Club[];
  readonly harbour: Club;
  readonly stJulians: Club;
  readonly orchard: Club;
  /** what was answered before there was a registry, and when it was founded */
  readonly founding: Awaited<ReturnType<typeof found>>;
  /** Stops a process or starts it again. */
  control(command: 'stop' | 'start', process: string): Promise<void>;
}

interface Running {
  readonly network: DisposableNetwork;
  readonly system: System;
}

let running: Promise<Running> | undefined;

after(async function () {
  this.timeout(startPatienceMs);
  const { network, system } = (await running?.catch(() => undefined)) ?? {};
  for (const club of system?.clubs ?? []) await club.close();
  await network?.dispose();
});

/** The one system of this process of tests, started at its first use. Give the hook that calls it `startPatienceMs`. */
export async function startedSystem(): Promise<System> {
  return (await (running ??= start())).system;
}

async function start(): Promise<Running> {
  const network = await disposableNetwork(portShift, () => {}, { clubNodes: true, validateResponses: true });
  try {
    const profile = loadProfile(network.profile);
    const clubs = await Promise.all(profile.clubs.map((club) => Club.open(club, profile)));
    const [harbour, stJulians, orchard] = clubs;
    if (!harbour || !stJulians || !orchard) throw new Error('three clubs are needed');
    const data = dirname(network.profile);
    const control: System['control'] = (command, process) => told(data, { command, process });
    const founding = await found(harbour);
    return { network, system: { data, clubs, harbour, stJulians, orchard, founding, control } };
  } catch (error) {
    await network.dispose();
    throw error;
  }
}

async function found(harbour: Club) {
  const manager = harbour.as('manager');
  const path = { clubId: harbour.id };
  const described = await manager.POST('/clubs/{clubId}/directory', {
    params: { ...newKey(), path },
    body: { facilities: [], closures: [], keys: [] },
  });
  return { described, founded: await manager.POST('/registry', { params: newKey(), body: {} }) };
}

async function told(data: string, request: ControlRequest): Promise<void> {
  const answer = await askControl(data, request);
  if (!answer.ok) throw new Error(answer.error);
}

/** How one of a club's roles reaches its database. */
export function databaseOf(
  { data }: System,
  { id, profile }: Club,
  role: 'owner' | 'api' | 'listener',
): DatabaseConfiguration {
  const { clubs } = JSON.parse(readFileSync(join(data, 'configuration', 'api.json'), 'utf8')) as {
    clubs: { id: string; database: DatabaseConfiguration }[];
  };
  const database = clubs.find((club) => club.id === id)?.database;
  if (!database) throw new Error(`the API serves no ${id}`);
  const passwordFile = join(profile.secrets, `postgres-${role}.password`);
  return { ...database, user: `${id}_${role}`, passwordFile };
}
