-- Claviger 0001-initial
create table if not exists `claviger_migrations` (
  `version` bigint not null,
  `name` varbinary(128) not null,
  `applied_at` bigint not null,
  primary key (`version`)
) engine = InnoDB;
create table if not exists `claviger_keys` (
  `id` varbinary(16) not null,
  `workspace_id` varbinary(765) not null,
  `revision` bigint not null,
  `writes` bigint not null,
  `created_at` bigint not null,
  `environment` varbinary(128) not null,
  `owner_type` varbinary(128) not null,
  `owner_id` varbinary(765) not null,
  `name_folded` varbinary(765) not null,
  `last4` varbinary(128) not null,
  `secret_created_at` bigint not null,
  `previous_ends_at` bigint,
  `expires_at` bigint,
  `disabled_at` bigint,
  `revoked_at` bigint,
  `owner_gone_at` bigint,
  `last_used_at` bigint,
  `record` mediumblob not null,
  primary key (`id`),
  key `claviger_keys_list` (`workspace_id`, `created_at` desc, `id`),
  key `claviger_keys_owner` (`workspace_id`, `owner_type`, `owner_id`, `created_at` desc, `id`),
  key `claviger_keys_environment` (`workspace_id`, `environment`, `created_at` desc, `id`),
  key `claviger_keys_name` (`workspace_id`, `name_folded`),
  key `claviger_keys_last4` (`workspace_id`, `last4`, `created_at` desc, `id`),
  key `claviger_keys_rotation` (`workspace_id`, `secret_created_at`),
  key `claviger_keys_overlap` (`workspace_id`, `previous_ends_at`),
  key `claviger_keys_expiry` (`workspace_id`, `expires_at`),
  key `claviger_keys_state` (`workspace_id`, `revoked_at`, `disabled_at`, `expires_at`),
  key `claviger_keys_owner_gone` (`workspace_id`, `owner_gone_at`),
  key `claviger_keys_age` (`revoked_at`),
  key `claviger_keys_end` (`expires_at`)
) engine = InnoDB;
create table if not exists `claviger_service_accounts` (
  `id` varbinary(765) not null,
  `workspace_id` varbinary(765) not null,
  `revision` bigint not null,
  `writes` bigint not null,
  `created_at` bigint not null,
  `living` bigint not null,
  `deleted_at` bigint,
  `record` mediumblob not null,
  primary key (`id`),
  key `claviger_service_accounts_list` (`workspace_id`, `created_at` desc, `id`),
  key `claviger_service_accounts_living` (`workspace_id`, `living`, `created_at` desc, `id`),
  key `claviger_service_accounts_age` (`deleted_at`)
) engine = InnoDB;
create table if not exists `claviger_idempotency` (
  `workspace_id` varbinary(765) not null,
  `actor_type` varbinary(128) not null,
  `actor_id` varbinary(765) not null,
  `idempotency_key` varbinary(765) not null,
  `created_at` bigint not null,
  `record` mediumblob not null,
  primary key (`workspace_id`, `actor_type`, `actor_id`, `idempotency_key`),
  key `claviger_idempotency_age` (`created_at`)
) engine = InnoDB;
create table if not exists `claviger_activity` (
  `workspace_id` varbinary(765) not null,
  `created_at` bigint not null,
  `id` varbinary(765) not null,
  `actor_type` varbinary(128) not null,
  `actor_id` varbinary(765) not null,
  `action` varbinary(765) not null,
  `target_id` varbinary(765) not null,
  `record` mediumblob not null,
  primary key (`workspace_id`, `created_at`, `id`),
  key `claviger_activity_list` (`workspace_id`, `created_at` desc, `id`),
  key `claviger_activity_target` (`workspace_id`, `target_id`, `created_at` desc, `id`),
  key `claviger_activity_actor` (`workspace_id`, `actor_type`, `actor_id`, `created_at` desc, `id`),
  key `claviger_activity_action` (`workspace_id`, `action`, `created_at` desc, `id`),
  key `claviger_activity_age` (`created_at`)
) engine = InnoDB;
create table if not exists `claviger_head` (
  `id` bigint not null,
  `store_id` varbinary(765) not null,
  `epoch` bigint not null,
  `nonce` varbinary(765) not null,
  primary key (`id`)
) engine = InnoDB;
create table if not exists `claviger_changes` (
  `epoch` bigint not null,
  `nonce` varbinary(765) not null,
  `announcements` mediumblob not null,
  primary key (`epoch`)
) engine = InnoDB;
create table if not exists `claviger_usage` (
  `workspace_id` varbinary(765) not null,
  `key_id` varbinary(765) not null,
  `version` bigint not null,
  `hour` bigint not null,
  `code` varbinary(128) not null,
  `requests` bigint not null,
  `allowed` bigint not null,
  `client_errors` bigint not null,
  `server_errors` bigint not null,
  `last_used_at` bigint not null,
  primary key (`workspace_id`, `key_id`, `hour`, `version`, `code`),
  key `claviger_usage_age` (`hour`)
) engine = InnoDB;
create table if not exists `claviger_usage_days` (
  `workspace_id` varbinary(765) not null,
  `key_id` varbinary(765) not null,
  `day` bigint not null,
  `code` varbinary(128) not null,
  `requests` bigint not null,
  `allowed` bigint not null,
  `client_errors` bigint not null,
  `server_errors` bigint not null,
  `last_used_at` bigint not null,
  `listed_day` bigint not null,
  primary key (`workspace_id`, `key_id`, `day`, `code`),
  key `claviger_usage_days_busiest` (`workspace_id`, `listed_day`, `code`, `requests` desc, `key_id`),
  key `claviger_usage_days_age` (`day`)
) engine = InnoDB;
create table if not exists `claviger_usage_totals` (
  `workspace_id` varbinary(765) not null,
  `span` varbinary(128) not null,
  `start` bigint not null,
  `code` varbinary(128) not null,
  `requests` bigint not null,
  `allowed` bigint not null,
  `client_errors` bigint not null,
  `server_errors` bigint not null,
  `last_used_at` bigint not null,
  primary key (`workspace_id`, `span`, `start`, `code`),
  key `claviger_usage_totals_age` (`start`)
) engine = InnoDB;
create table if not exists `claviger_usage_keys` (
  `workspace_id` varbinary(765) not null,
  `key_id` varbinary(765) not null,
  `last_hour` bigint not null,
  primary key (`workspace_id`, `key_id`),
  key `claviger_usage_keys_recent` (`workspace_id`, `last_hour`, `key_id`),
  key `claviger_usage_keys_age` (`last_hour`)
) engine = InnoDB;
create table if not exists `claviger_usage_instances` (
  `instance_id` varbinary(765) not null,
  `sequence` bigint not null,
  `part` bigint not null,
  `seen_at` bigint not null,
  primary key (`instance_id`),
  key `claviger_usage_instances_age` (`seen_at`)
) engine = InnoDB;
create table if not exists `claviger_marks` (
  `store_id` varbinary(765) not null,
  `name` varbinary(765) not null,
  `content` varbinary(765) not null,
  primary key (`store_id`, `name`)
) engine = InnoDB;
insert ignore into `claviger_head` (`id`, `store_id`, `epoch`, `nonce`) values (1, uuid(), 0, uuid());
insert ignore into `claviger_changes` (`epoch`, `nonce`, `announcements`) select 0, `nonce`, '[]' from `claviger_head` where `epoch` = 0;
insert ignore into `claviger_migrations` (`version`, `name`, `applied_at`) values (1, 'initial', unix_timestamp() * 1000);

-- Claviger 0002-record-version-2
create table if not exists `claviger_reminders` (
  `key_id` varbinary(16) not null,
  `expiring` bigint,
  `rotation_due` bigint,
  `unused` bigint,
  `owner_gone` bigint,
  `ends_at` bigint,
  primary key (`key_id`),
  key `claviger_reminders_expiring` (`expiring`, `key_id`),
  key `claviger_reminders_rotation_due` (`rotation_due`, `key_id`),
  key `claviger_reminders_unused` (`unused`, `key_id`),
  key `claviger_reminders_owner_gone` (`owner_gone`, `key_id`),
  key `claviger_reminders_end` (`ends_at`)
) engine = InnoDB;
create table if not exists `claviger_activity_lines` (
  `line` bigint not null,
  `workspace_id` varbinary(765) not null,
  `created_at` bigint not null,
  `id` varbinary(765) not null,
  primary key (`line`),
  key `claviger_activity_lines_entry` (`created_at`, `workspace_id`, `id`)
) engine = InnoDB;
create table if not exists `claviger_followers` (
  `name` varbinary(765) not null,
  `holder` varbinary(765) not null,
  `held_until` bigint not null,
  `position` bigint,
  primary key (`name`)
) engine = InnoDB;
create table if not exists `claviger_callers` (
  `workspace_id` varbinary(765) not null,
  `key_id` varbinary(765) not null,
  `oldest_at` bigint not null,
  `record` mediumblob not null,
  primary key (`workspace_id`, `key_id`),
  key `claviger_callers_age` (`oldest_at`)
) engine = InnoDB;
set transaction isolation level read committed;
insert ignore into `claviger_reminders` (`key_id`, `expiring`, `rotation_due`, `unused`, `owner_gone`, `ends_at`) select `id`, `expires_at`, `secret_created_at`, coalesce(`last_used_at`, `created_at`), `owner_gone_at`, `expires_at` from `claviger_keys` where `revoked_at` is null;
insert ignore into `claviger_migrations` (`version`, `name`, `applied_at`) values (2, 'record-version-2', unix_timestamp() * 1000);
