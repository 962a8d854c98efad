/**
 * Loaded into every process of a network before its program: the process ends when its supervisor does, also when that was killed.
 * Standard input is a pipe that the supervisor never writes to and holds open while it lives.
 */
const patienceMs = 5_000;

process.stdin.once('end', () => {
  setTimeout(() => process.exit(1), patienceMs).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.on('error', () => {});
process.stdin.resume();
if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
