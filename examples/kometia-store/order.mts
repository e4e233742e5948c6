/** What may be chosen of an order. */
export interface OrderWish {
	/** Name of who buys. */
	readonly customer?: string;
	/** What is bought. */
	readonly product?: string;
	/** Price in Mexican pesos, such as `1250.00`. */
	readonly total?: string;
	/** What happened to it. @default `order.created` */
	readonly type?: string;
}

/** What an order's status is after an event; after any other it is paid. */
const STATUS_AFTER: Readonly<Record<string, string>> = {
	'order.created': 'pending',
	'order.cancelled': 'cancelled',
};

/** Numbers orders as a shop does. Starts with the minute, so that a restart repeats none. */
let lastNumber = Math.floor(Date.now() / 60_000);

/** An order of one product, as `data` of an event. */
export function newOrder({
	customer = 'Lucía Hernández',
	product = 'Café de Chiapas, 1 kg',
	total = '1250.00',
	type = 'order.created',
}: OrderWish): Record<string, unknown> {
	lastNumber += 1;
	return {
		id: lastNumber,
		number: `#${lastNumber}`,
		status: STATUS_AFTER[type] ?? 'paid',
		currency: 'MXN',
		total,
		customer: { name: customer },
		items: [{ name: product, quantity: 1, price: total }],
	};
}
