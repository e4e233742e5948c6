import { KnownReplays, type KnownExecution } from './knownReplays';

/** What one n8n process knows of earlier replays, by workflow. */
export class ReplayMemory {
	private readonly workflows = new Map<string, KnownReplays>();

	/** @param capacity executions that are remembered between runs */
	constructor(private readonly capacity: number) {}

	/** @param key of a workflow, and of whose executions may be seen */
	of(key: string): KnownReplays {
		const known = this.workflows.get(key) ?? new KnownReplays();
		this.workflows.delete(key);
		this.workflows.set(key, known);
		return known;
	}

	/** Begins anew. A run that goes on keeps what it has. */
	renew(key: string): KnownReplays {
		this.workflows.delete(key);
		return this.of(key);
	}

	/** An execution that this process has started itself. Where there is no room, it is read later. */
	note(key: string, id: number, execution: KnownExecution): void {
		const known = this.workflows.get(key);
		if (known !== undefined && known.size < this.capacity) known.note(id, execution);
	}

	/** Lets go of what is beyond the capacity: of the workflows that were asked for longest ago. */
	trim(): void {
		let size = 0;
		for (const known of this.workflows.values()) size += known.size;
		// A Map keeps the order of insertion: the first was asked for longest ago.
		for (const [key, known] of this.workflows) {
			if (size <= this.capacity) return;
			this.workflows.delete(key);
			size -= known.size;
		}
	}
}
