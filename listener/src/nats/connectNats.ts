import { readFileSync } from 'node:fs';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** How one of a club's users reaches the club's account. */
export interface NatsConfiguration {
  /** `host:port` */
  readonly server: string;
  readonly user: string;
  /** holds the bare password; read again for every connection */
  readonly passwordFile: string;
}

const connectPatienceMs = 5_000;
const pingMs = 20_000;

/** A connection that ends where it breaks: whoever has it makes another one, and looks again where things stand. */
export function connectNats(
  { server, user, passwordFile }: NatsConfiguration,
  application: string,
): Promise<NatsConnection> {
  return connect({
    servers: server,
    user,
    pass: readFileSync(passwordFile, 'utf8').trim(),
    name: application,
    reconnect: false,
    timeout: connectPatienceMs,
    pingInterval: pingMs,
    maxPingOut: 2,
  });
}
