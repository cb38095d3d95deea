-- The provider's product, where the source tells which of several a conversation belongs to.

ALTER TABLE conversations ADD COLUMN product_id TEXT;
