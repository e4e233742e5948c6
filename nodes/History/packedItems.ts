import type { INodeExecutionData } from 'n8n-workflow';

/** So many items are packed together. */
const PACK = 250;

/**
 * Items that are collected one by one, while much else comes and goes in memory: they are kept as
 * text outside of V8's heap until all are there. Small objects that stay, spread among the garbage of
 * n8n's own reading, keep V8 from giving that memory back; it then lets its heap grow far more.
 *
 * The items must be JSON throughout.
 */
export class PackedItems {
	private readonly packs: Buffer[] = [];

	private loose: INodeExecutionData[] = [];

	push(item: INodeExecutionData): void {
		this.loose.push(item);
		if (this.loose.length < PACK) return;
		this.packs.push(Buffer.from(JSON.stringify(this.loose)));
		this.loose = [];
	}

	/** All items in their order. Nothing is left here. */
	takeAll(): INodeExecutionData[] {
		const items: INodeExecutionData[] = [];
		for (const pack of this.packs.splice(0)) {
			items.push(...(JSON.parse(pack.toString()) as INodeExecutionData[]));
		}
		items.push(...this.loose.splice(0));
		return items;
	}
}
