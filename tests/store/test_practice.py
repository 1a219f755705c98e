def test_it(practice, sign_in):
    from tests import people
    print(people.scheduled(practice, sign_in("dana")))
def test_it2(practice, sign_in):
    assert sign_in("ana").role == "Front Desk"
