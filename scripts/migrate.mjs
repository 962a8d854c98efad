/**
 * Migrates the clubs' databases on the running server: npm run migrate -- up | down | status [--club <id>] [--schema projection|records].
 * `up` applies what is missing, `down` takes back the last migration of one schema.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, fail, readOptions } from './options.mjs';

const usage =
  'usage: npm run migrate -- up | down | status [--club <id>] [--schema projection|records]; down needs a schema';
const { data, values, words } = readOptions({ club: { type: 'string' }, schema: { type: 'string' } }, 1);
const [command = 'status'] = words;
const { connectOne } = await compiled('postgres', 'connect.js');
const { migrateDown, migrateUp, migrationStatus } = await compiled('postgres', 'migrate.js');
const { schemas } = await compiled('postgres', 'migrations.js');
const { names } = await compiled('postgres', 'names.js');
const { grantRights } = await compiled('postgres', 'rights.js');

const commands = { up, down, status };
const wanted = values.schema ? schemas.filter((schema) => schema === values.schema) : schemas;
if (!Object.hasOwn(commands, command) || wanted.length === 0 || (command === 'down' && !values.schema)) fail(usage, 2);
for (const { id, database } of databases()) {
  const user = names(id).owner;
  const passwordFile = join(data, 'secrets', id, 'postgres-owner.password');
  const options = { application: 'npm run migrate', statementTimeoutMs: 0, lockTimeoutMs: 60_000 };
  const client = connectOne({ ...database, user, passwordFile }, options);
  client.on('error', () => {});
  try {
    await client.connect();
    await commands[command](client, id);
  } catch (error) {
    fail(`${id}: ${error.message || 'Postgres does not answer.'} The network must run: npm start`);
  } finally {
    await client.end();
  }
}

async function up(client, id) {
  for (const schema of wanted) {
    const applied = await migrateUp(client, schema);
    console.log(`${id} ${schema}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply'}`);
  }
  if (wanted === schemas) await grantRights(client, names(id));
}

async function down(client, id) {
  const [schema] = wanted;
  const name = await migrateDown(client, schema);
  console.log(`${id} ${schema}: ${name ? `took back ${name}` : 'nothing to take back'}`);
}

async function status(client, id) {
  for (const schema of wanted)
    for (const { name, appliedAt } of await migrationStatus(client, schema))
      console.log(`${id} ${schema} ${name}: ${appliedAt ? `applied ${appliedAt.toISOString()}` : 'not applied'}`);
}

/** Where the last start told the API that they are. */
function databases() {
  const path = join(data, 'configuration', 'api.json');
  if (!existsSync(path)) fail(`There is no network in ${data}. Start one with: npm start`);
  const { clubs } = JSON.parse(readFileSync(path, 'utf8'));
  const chosen = clubs.filter(({ id }) => !values.club || id === values.club);
  if (chosen.length === 0) fail(`There is no club ${values.club}`, 2);
  return chosen;
}
