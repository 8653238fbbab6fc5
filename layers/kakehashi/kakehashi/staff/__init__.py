"""What whoever decides sees in a browser: views made from facts, and pages drawn from views.

Pure: who reads what from where is the edges' part. A view is a frozen value, so what a school, a
clerk or an operator may see is tested without a browser. Entra says *what* a person may do
(``Role``), our own table says *where* (``Post``), and ``may`` is the only place where they meet.
"""
