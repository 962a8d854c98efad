import { natsAnswers } from '../services/answers.js';
import { natsUsers } from '../services/natsAccount.js';
import { prepareNats } from '../services/natsServer.js';
import { secretFile } from '../services/secretFile.js';
import { serverPlan } from '../services/serverPlan.js';
import type { Club } from '../consortium.js';
import type { DataFolder } from './dataFolder.js';
import type { ProcessPlan } from './managedProcess.js';

/** The nats-server `program` with the clubs' accounts, its configuration written. */
export function natsPlan(folder: DataFolder, program: string): ProcessPlan {
  const { clubs, services } = folder.consortium;
  const port = services.natsPort;
  const run = prepareNats({
    ...{ ...folder.nats, program, port },
    clubs: clubs.map((club) => ({
      id: club.id,
      passwordFiles: {
        listener: natsUser(folder, club, 'listener').passwordFile,
        reader: natsUser(folder, club, 'reader').passwordFile,
      },
    })),
  });
  return serverPlan({
    ...{ name: 'nats', role: 'NATS', port, run },
    configuration: folder.configuration('nats'),
    log: folder.log('nats'),
    answers: async () => {
      const readers = clubs.map((club) => natsUser(folder, club, 'reader'));
      const served = readers.map(({ user, passwordFile }) => natsAnswers(port, user, secretFile(passwordFile)));
      return (await Promise.all(served)).every(Boolean);
    },
  });
}

/** How one of the club's users reaches NATS, as programs are told. */
export function natsUser(folder: DataFolder, club: Club, role: 'listener' | 'reader') {
  return {
    server: `127.0.0.1:${folder.consortium.services.natsPort}`,
    user: natsUsers(club.id)[role],
    passwordFile: folder.password(club, 'nats', role),
  };
}
