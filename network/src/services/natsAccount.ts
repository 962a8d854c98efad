/** The one stream of a club's account: the club's own events. */
export const eventStream = 'EVENTS';

export const natsUsers = (clubId: string) => ({ listener: `${clubId}-listener`, reader: `${clubId}-reader` });

const stream = (...verbs: string[]): string[] => verbs.map((verb) => `$JS.API.STREAM.${verb}.${eventStream}`);
const consumer = (...verbs: string[]): string[] => verbs.map((verb) => `$JS.API.CONSUMER.${verb}.${eventStream}`);
const replies = ['_INBOX.>'];

/**
 * The account of one club, as NATS' configuration has it: nobody in it sees anything of another account. The listener keeps the stream and
 * publishes the club's events; a reader reads the stream through consumers, and can neither publish an event nor listen in.
 */
export function natsAccount(clubId: string, passwords: { readonly listener: string; readonly reader: string }) {
  const users = natsUsers(clubId);
  const user = (name: string, password: string, publish: readonly string[]) => ({
    user: name,
    password,
    permissions: { publish: { allow: publish }, subscribe: { allow: replies } },
  });
  return {
    jetstream: { max_memory: 16 * 2 ** 20, max_file: 4 * 2 ** 30, max_streams: 4, max_consumers: 1000 },
    users: [
      user(users.listener, passwords.listener, [
        `clubs.${clubId}.>`,
        '$JS.API.INFO',
        ...stream('CREATE', 'UPDATE', 'INFO', 'DELETE', 'PURGE', 'MSG.GET'),
        `$JS.API.DIRECT.GET.${eventStream}`,
        `$JS.API.DIRECT.GET.${eventStream}.>`,
      ]),
      user(users.reader, passwords.reader, [
        '$JS.API.INFO',
        ...stream('INFO'),
        ...consumer('CREATE', 'NAMES', 'LIST'),
        ...consumer('CREATE', 'INFO', 'MSG.NEXT', 'DELETE').map((subject) => `${subject}.>`),
        `$JS.ACK.${eventStream}.>`,
      ]),
    ],
  };
}
