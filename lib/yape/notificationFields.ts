/**
 * Where forwarders put what belongs to a notification, the likeliest first: Yape Notifier's names,
 * then those of Android and of the common forwarders. Without regard to case, accents, `_` and `-`.
 */
export const FIELDS = {
	/** At any depth. */
	text: [
		'body',
		'text',
		'message',
		'content',
		'bigtext',
		'textbig',
		'texto',
		'mensaje',
		'contenido',
		'cuerpo',
		'textlines',
		'tickertext',
		'ticker',
		'msg',
		'description',
		'descripcion',
		// As MacroDroid and others call the whole text.
		'notification',
		'notificacion',
	],
	title: [
		'title',
		'titulo',
		'subject',
		'asunto',
		'encabezado',
		'bigtitle',
		'titlebig',
		'title.big',
	],
	package: [
		'packagename',
		'packageid',
		'applicationid',
		'bundleid',
		'bundleidentifier',
		'appid',
		'paquete',
		'nombrepaquete',
		'app.id',
		'application.id',
	],
	app: [
		'sourceapp',
		'app',
		'appname',
		'applicationname',
		'application',
		'applabel',
		'app.name',
		'app.label',
		'application.name',
		'aplicacion',
		'nombreapp',
		'appnombre',
		'appsource',
		'originapp',
		'apporigin',
		'apporigen',
		'srcapp',
		'fromapp',
		'ownerapp',
	],
	sender: [
		'from',
		'sender',
		'source',
		'origin',
		'sendernumber',
		'sendername',
		'senderid',
		'phonenumber',
		'phone',
		'number',
		'address',
		'originatingaddress',
		'msisdn',
		'innumber',
		'incomingnumber',
		'smsnumber',
		'fromnumber',
		'fromname',
		'contact',
		'contactname',
		'contactnumber',
		'chat',
		'chatid',
		'jid',
		'remotejid',
		'contacto',
		'celular',
		'remitente',
		'numero',
		'telefono',
		'de',
		'origen',
	],
	/** By which way the text came onto the phone. */
	way: ['type', 'tipo', 'event', 'evento', 'category', 'channel', 'channelid', 'canal'],
	time: [
		'postedat',
		'posttime',
		'postedtime',
		'when',
		'timestamp',
		'time',
		'datetime',
		'fechahora',
		'fechayhora',
		'date',
		'fecha',
		'sentat',
		'sentstamp',
		'ts',
	],
	/** Of the body itself, or of one of `CONTAINERS`. */
	key: ['key'],
	device: [
		'deviceid',
		'device',
		'devicename',
		'device.id',
		'device.name',
		'codigodispositivo',
		'dispositivo',
	],
	androidUser: ['androiduserid'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * Names that say the same as a name above, by rule: what comes first or last and only says that it is
 * about a notification, and whatever else a package is called.
 */
export const SAME_NAMES: ReadonlyArray<readonly [pattern: RegExp, name: string]> = [
	[
		/^(?:notification|notificacion|notif|noti|not|android|extra|sbn|an)(text|textbig|bigtext|texto|title|titlebig|bigtitle|titulo|body|content|message|mensaje|contenido|ticker|tickertext|textlines|app|appname|time|timestamp|key)$/,
		'$1',
	],
	[
		/^(text|texto|title|titulo|body|content|message|mensaje|contenido|app|time|fecha|hora)(?:notification|notificacion|notif)$/,
		'$1',
	],
	[/^(?!forwarder|client|listener|relay).*(?:package(?:name)?|pkg(?:name)?)$/, 'packagename'],
];

/** Objects in which forwarders put a notification. */
export const CONTAINERS: readonly string[] = [
	'notification',
	'data',
	'payload',
	'extras',
	'rawjson',
	'sbn',
	'android',
];

/** Objects that are about something else: who forwards, and what may be answered. */
export const STRANGE_CONTAINERS: readonly string[] = [
	'actions',
	'buttons',
	'client',
	'device',
	'forwarder',
];

/** Names of lists whose objects are each a notification. */
export const LISTS: readonly string[] = [
	'notifications',
	'notificaciones',
	'notification',
	'messages',
	'mensajes',
	'items',
	'events',
	'data',
	'payload',
];

/** Where the day and the time of the day stand apart. */
export const DAY_FIELDS: readonly string[] = ['fecha', 'date', 'day', 'dia'];
export const CLOCK_FIELDS: readonly string[] = ['hora', 'time', 'hour'];

/** Names of fields that the user may give; what is not given is looked for under its usual names. */
export type MappedField = 'device' | 'key' | 'package' | 'text' | 'time' | 'title';

/** The names that the user gave. Dots lead into objects. */
export type FieldMapping = Readonly<Partial<Record<MappedField, string>>>;
