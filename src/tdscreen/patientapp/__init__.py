"""What a patient sees and hears: the guided examination at home, in plain words, in several languages."""
