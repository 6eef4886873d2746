import CNUMA
