"""The programme of going online: which procedures can, who says so, and what is sent to the Ministry."""
