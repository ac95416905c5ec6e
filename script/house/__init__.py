"""What script/server and script/test share: set-up of a machine, private servers, processes. Standard library only."""
