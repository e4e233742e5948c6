// Loaded into n8n before it starts (node --import). File descriptor 3 is a pipe to the process that
// started n8n: when that process is gone, even by kill -9, n8n stops too.
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** Time for n8n to stop in good order before its whole process group is killed. */
const GRACE_MS = 15_000;

if (isMainThread) {
	const pipe = new Socket({ fd: 3, readable: true, writable: false });
	pipe.unref();
	pipe.resume();
	pipe.once('close', () => {
		setTimeout(() => process.kill(-process.pid, 'SIGKILL'), GRACE_MS).unref();
		process.kill(process.pid, 'SIGTERM');
	});
}
