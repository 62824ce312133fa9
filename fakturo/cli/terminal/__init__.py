"""What all commands show with: screens, plain text, results of SQL, workbooks."""
