from account import Account, transfer

alice = Account("alice")
bob = Account("bob", balance=10)
alice.deposit(50)
transfer(alice, bob, 20)
print(alice.balance)
