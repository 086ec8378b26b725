CREATE TABLE `account_domain` (
	`workspace_id` text NOT NULL,
	`domain` text NOT NULL,
	`account_id` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `domain`, `account_id`)
);
--> statement-breakpoint
CREATE INDEX `account_domain_account` ON `account_domain` (`account_id`);--> statement-breakpoint
ALTER TABLE `account` ADD `merged_into` text;--> statement-breakpoint
ALTER TABLE `room` ADD `stage` text DEFAULT 'lead' NOT NULL;--> statement-breakpoint
ALTER TABLE `room` ADD `qualified` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `room` ADD `confirmed` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `room` ADD `needed` integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE `room` ADD `amount` integer;--> statement-breakpoint
ALTER TABLE `room` ADD `currency` text;--> statement-breakpoint
ALTER TABLE `room` ADD `close` text;--> statement-breakpoint
ALTER TABLE `room` ADD `source` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `room_account` ON `room` (`account_id`);--> statement-breakpoint
ALTER TABLE `workspace` ADD `qualification` text;--> statement-breakpoint
INSERT OR IGNORE INTO `account_domain` (`workspace_id`, `domain`, `account_id`, `created_at`)
SELECT `workspace_id`, `domain`, `id`, `created_at` FROM `account`
WHERE `domain` IS NOT NULL AND `domain` NOT IN ('gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'yahoo.com', 'icloud.com', 'proton.me', 'protonmail.com', 'gmx.de', 'web.de', 'qq.com', 'vip.qq.com', 'foxmail.com', '163.com', '126.com', 'yeah.net', '139.com', '189.cn', 'sina.com', 'sina.cn', 'sohu.com', 'aliyun.com');
