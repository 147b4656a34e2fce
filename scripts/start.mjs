// `npm start`: installs what is missing, serves the studio on localhost, prints the address and opens it.
import { installPackages } from './setup.mjs';

installPackages();
const { createServer } = await import('vite');
const server = await createServer({
  server: { open: process.env.CI === undefined && process.stdout.isTTY === true },
});
await server.listen();
console.log('\n  Admission Studio\n');
server.printUrls();
