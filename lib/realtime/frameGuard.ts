import { Rarely } from '../flow/rarely';

const MINUTE_MS = 60_000;

const WORDS = 'the server sent something that could not be read; it was dropped';

/**
 * Keeps what a server sends from throwing inside of a socket's listener, where nobody catches it: JSON
 * of another form than the protocol's (an object where a text is expected) reaches code that was
 * written for the protocol's. Every source reads its frames through one of these, which it keeps over
 * its connections.
 */
export class FrameGuard {
	private readonly rarely: Rarely;

	/** @param now milliseconds since 1970, for tests */
	constructor(now: () => number = Date.now) {
		this.rarely = new Rarely(MINUTE_MS, now);
	}

	/**
	 * Reads one frame. What throws is dropped, and told at most once a minute.
	 *
	 * @param warn tells the user
	 */
	read(frame: () => void, warn: (problem: string) => void): void {
		try {
			frame();
		} catch (error) {
			const said = error instanceof Error ? error.message : String(error);
			this.rarely.tell('frame', `${WORDS} (${said.slice(0, 200)})`, warn);
		}
	}
}
