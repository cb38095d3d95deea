-- Rows of conversations in the index may have two columns more: files sent along, and results of tools. Older
-- segments lack them and stay as they are: nothing is told there. The number keeps older versions from reading
-- what they would not carry over. Nothing changes in this database.
SELECT 8;
