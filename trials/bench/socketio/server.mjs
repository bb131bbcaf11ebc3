// The reference: Socket.IO 4 with its Redis adapter, one process. `node server.mjs PORT REDIS_URL`.
// A change arrives through Redis, as it does from any other process, and goes to everybody in one room.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, redisUrl] = process.argv.slice(2);
const publisher = createClient({ url: redisUrl });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const web = createServer();
const io = new Server(web, {
  adapter: createAdapter(publisher, subscriber),
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
});
io.on("connection", (socket) => {
  socket.join("show");
  socket.emit("snapshot", { type: "snapshot", seq: 0 });
});
// Memory is read after a collection, so that rubbish is not counted as cost.
process.on("SIGUSR2", () => globalThis.gc?.());
web.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
