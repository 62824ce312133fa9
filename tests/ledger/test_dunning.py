"""Letters in the ledger: sent once, by facts read in the transaction that sends, whatever happens beside it."""

import json
import subprocess
import sys
from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from fakturo.audit import canonical
from fakturo.dunning.terms import terms_of
from fakturo.dunning_settings import Dunning
from fakturo.errors import BadInput, NotAllowed, NotFound
from fakturo.intake.bank.mapping import bank_mapping
from fakturo.intake.bank.take_payments import take_payments
from fakturo.ledger import audit_chain, audit_check
from fakturo.ledger.dunning.decisions import promise, resume, stop
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.payments.decisions import Decider, write_off
from fakturo.ledger.tables import audit, customers, outbox
from fakturo.receivables_settings import Receivables
from tests.ledger.made_receivables import NOW, put_invoice, put_payment
