/** Times of the heartbeat, in milliseconds. */
export interface HeartbeatTimes {
	/** Silence after which the server is asked whether it is still there. */
	readonly silenceMs: number;
	/** Silence after that, before the connection counts as dead. */
	readonly answerMs: number;
}

/** Notices a connection that is dead without a word, as after a cut network. */
export class Heartbeat {
	private timer: NodeJS.Timeout;

	private asked = false;

	constructor(
		private readonly times: HeartbeatTimes,
		private readonly ask: () => void,
		private readonly dead: () => void,
	) {
		this.timer = this.waitForSilence();
	}

	/** Anything that arrives shows that the connection works. */
	alive(): void {
		if (!this.asked) {
			this.timer.refresh();
			return;
		}
		clearTimeout(this.timer);
		this.asked = false;
		this.timer = this.waitForSilence();
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	private waitForSilence(): NodeJS.Timeout {
		return setTimeout(() => {
			this.asked = true;
			this.timer = setTimeout(this.dead, this.times.answerMs);
			this.ask();
		}, this.times.silenceMs);
	}
}
